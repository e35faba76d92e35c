"""Common first names, in German-speaking and English-speaking places and of those who live there. Pure data."""

from __future__ import annotations

from typing import Final

FIRST_NAMES: Final = frozenset(
    """
    aaron abdul abel abigail adam adele adrian adrienne agnes ahmed ahmet aidan aileen aisha alan alba albert
    albrecht alessandro alex alexa alexander alexandra alfons alfred ali alice alicia alina alistair alma alois
    amadou amelia amelie amina amir amira amy ana anabel anastasia anders andrea andreas andrej andrew andy
    aneta angela angelika angus anika anita anja anke ankica ann anna anne annegret anneke annelie anneliese
    annerose annette anni annika anselm ansgar antje antoine anton antonella antonia antonio arend ariane arlene
    arnd arne arno arnold arthur asif astrid astrit audrey august axel ayla aylin ayse ayşe baptiste barbara
    barry bartosz basil bastian bastien bea beate beatrice beatrix ben benedikt bengt benjamin benno bente berit
    bernd bernhard bert berta berthold beth betsy bettina betty bianca bill billy birgit birte bjarne björn bob
    bodo boris brendan brian bridget brigitta brigitte britt britta brooke bruce bruno bryan burkhard calum
    cameron camille candice carina carl carla carlo carlos carlotta carmen carol carola carolin caroline carsten
    catherine cathrin cecil cecilia celia cem charles charlie charlotte chiara chloe chris christa christel
    christian christiane christina christine christof christoph christopher cian ciara claas claire clara
    claudia claudio claus clem clemens clive colin colm connor conrad constanze cora cordula cornelia craig
    crispin curt cyril dagmar dale damian dana danica daniel daniela dario darren dave david dawn dean debbie
    deborah delia denise deniz dennis derek desmond detlef detlev dev diana diane dieter dietmar dilek dilip
    dimitri dina dirk dolores dominic dominik donald donna dora dorian doris dorit dorothea dorothee dorothy
    doug douglas duncan dustin duygu ebba ebru eckhard edda edeltraud edgar edith edmund eduard edward edwin
    eike eileen eilidh einar ela eleanor elena eleni eleonore elfriede eli elias elif elisa elisabeth eliza
    elizabeth elke ella ellen ellie elly elmar eloise elsa elsbeth elsie elvira emil emilia emilio emily emine
    emma emre enno enrico enzo erdal eric erich erik erika ernst erwan erwin esme esra estelle esther eszter
    ethan eugen eva eveline evelyn ewa ezra fabian fabienne faith fatih fatima fatma fay faye felicia felicitas
    felipe felix ferdinand fergus fernando fiete filip filippo finlay finley finn fiona flora florence florian
    frances francesca francis francisco frank franz franziska frauke fred freddie frederick frederik freya frida
    fridolin friederike friedrich fritz gabi gabriel gabriele gaby gareth gavin gemma geoff georg george gerald
    geraldine gerd gerda gerhard gerlinde gero gertrud gesa gesine gianna gianni gilbert gina giovanni gisbert
    gisela gitta giulia glenn gloria goran gordon gottfried grace graham greg gregor gregory greta gretel gudrun
    guido gunnar gustav guy gwen gwendolyn gülay günter günther hajo hakan halina hamid hamish hanna hannah
    hannelore hannes hans hansjörg harald harri harriet harry hartmut harvey hasan hatice hauke hazel heather
    hedwig heide heidemarie heidi heike heiko heiner heino heinrich heinz helen helena helene helga helge hella
    helma helmut hendrik henning henny henri henrik henrike henry herbert heribert hermann hermine hilary hilda
    hildburg hilde hildegard hiltrud hiroshi holger holly horst howard hubert hugh hugo husein hüseyin ian
    ibrahim ida ignaz igor ilka ilona ilse imke imogen ina ines inga inge ingeborg ingmar ingo ingrid inka iqbal
    irene irina iris irma isa isaac isabel isabell isabella isabelle isla ismail isolde ivan ivana ivo ivy iwona
    jack jacob jago jaime jakob jakub jamal james jan jana jane janet janina janine janis janne jannes jannik
    jannis jarek jasmin jason jasper javier jay jean jeff jem jennifer jenny jens jeremy jerry jessica jette jim
    jimmy jo joachim joan joana joanna jochen jodie joe joel johan johann johanna johannes john jolanta jon jona
    jonah jonas jonathan jonte jordan jorge josef josefa josefin josefine joseph joshua joss joyce juan judith
    judy jule julia julian juliane julie juliet julietta julius jun jupp jutta jörg jörn jürgen kai kaja kalle
    kamil karel karen karim karin karl karla karola karolina karoline karsten kasia kasimir kate katharina
    kathleen kathrin katie katja katrin katrina kay keith kelly kemal ken kenji kersten kerstin kevin kilian kim
    kira kiran kirsten klara klaus klemens knud knut konrad konstantin konstanze korbinian korinna krista
    kristian kristin kristina krystyna kuno kurt kyle käthe ladislav lale lance lara larissa larry lars lasse
    laszlo laura laurel lauren laurent laurenz lea leif leila lena leni lennart leo leon leonard leonhard leonie
    leonora leopold lesley leslie levi lewis lia liam liane lidia lieselotte lilian lilli lillian lilly lina
    linda linus lisa lisbeth lise liselotte livia lois loni lorenz loretta lorna lothar lotta lotte lou louis
    louisa louise luc luca lucas lucia lucie lucy ludger ludwig luis luisa luise lukas luke lutz lydia lynn
    mabel maddie madeleine mads magda magdalena magnus mai maike maja malcolm malik malin malou malte mandla
    mandy manfred manolo manon manuel manuela mara marc marcel marcin marco marcus mareike marek maren margaret
    margarete margarethe margarita margery margherita margit margot margret marguerite maria maria-elena mariam
    mariana marianne marie marietta marija marilyn marina mario marion marisa marit marius mark marko markus
    marlene marlies marlon marta martha martin martina mary maryam mathias mathilde matilda mats matteo matthew
    matthias matti maud maureen maurice max maximilian maxine maya mechthild megan mehdi mehmet meike meinhard
    melanie melina melissa melitta merete merle merve meryem meta mette mia michael michaela michel michelle
    mick miguel mihai mikael mike mikkel mila milan milena milo mina mira mirela miriam mirja mirjam mirko mo
    mohamed mohammad mohammed moira molly mona monika monique montserrat morag moritz morten morwenna muhammad
    murat mustafa myriam nabil nadia nadine nadja nancy naomi nasrin natalia natalie natascha natasha nate ned
    neil nele nelly nelson niall nicholas nick nico nicola nicolas nicole niels nigel nikita niklas niko nikolai
    nikolaus nils nina noah noel noor nora norbert norma norman nuno nuray nuri ola olaf ole oleg olga oliver
    olivia olivier omar omid oona orhan orla oscar oskar osman ossi oswald otmar ottilie otto owen pamela paolo
    pascal patrice patricia patrick paul paula pauline pavel peer peggy penelope penny per percy perry pete
    peter petr petra phil philip philipp philippa phillip phoebe pia piet pieter pilar piotr pippa priscilla
    priya quentin rabea rachel rachida rafael rahel rainer ralf ralph ramesh ramona randolf raphael rashid raul
    ray raymond rebecca rebekah rebekka regina regine reiner reinhard reinhild reinhold renata renate rene rené
    resul rhys ria ricarda ricardo riccardo rich richard rick rieke rita rob robert roberto robin rodney roger
    rogier roland rolf roman romy ron rory rosa rosalie rosalind rosanna rose rosemarie rosemary rosi roswitha
    rowan roy ruben rudi rudolf rufus rupert russell ruth ruzica ryan rüdiger sabina sabine sabrina sadie said
    sally salma sam samantha sami samir samira samuel sandor sandra sandy sanjay santiago sara sarah sascha
    saskia saul seamus sean sebastian selin selina selma serge sergej serkan severin sevgi shane shannon sharon
    sheila shirley sibel sibylle sidney siegfried sigmar signe sigrid silas silke silvia silvio simon simona
    simone sina sinead siobhan sky sofia sol solveig sonia sonja sophia sophie stacey stan stanislaw stefan
    stefanie steffen stella stephan stephanie stephen steve steven stewart stuart sue suki sunniva susan susann
    susanna susanne suse svea sven svenja swen swetlana sybille sylvia sylvie tabea tadeusz tamara tamsin tania
    tanja tao tara tariq tatiana tatjana ted teo terence teresa terry tessa thaddäus thandi thea theda thekla
    theo theobald theodor theres theresa therese theresia thilo thomas thorsten tiago tibor tilda till tilman
    tilo tim timm timo timothy tina tino tobi tobias todd tom tomas tomasz tommy tomás toni tony torben tore
    torsten tove tracy traute trevor tristan trudi tuğba tyler udo ugo ulf uli ulla ullrich ulrich ulrika ulrike
    umut urs ursula uschi uta ute utz uwe vadim valentin valentina valerie valerio vanessa veit vera verena
    veronica veronika vesna vicky victor victoria viktor viktoria vincent vinzenz viola virginia vivian vivien
    vlad volker waldemar wally walter waltraud wanda warren wendelin wendy wenke wera werner wesley wibke wiebke
    wieland wilfried wilhelm wilhelmine wilko will willem willi william willy wilma wim winfried winnie wladimir
    wojciech wolf wolfgang wolfhard wolfram xaver xenia yann yannick yara yasemin yasmin yasmine yelena yolanda
    yoshiko yuki yuna yuri yusuf yvonne zainab zara zdenka zeynep zoe zofia zoltan zoë zuzana
    """.split()  # noqa: SIM905  a list of words reads better as text
)
