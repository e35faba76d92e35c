// The page works without this. It gives mails their height and says when something new has come.
"use strict";

function fit(frame) {
  const page = frame.contentDocument;
  if (!page || !page.body || page.URL === "about:blank" || !frame.clientWidth) return;
  frame.style.height = "0";
  frame.style.height = Math.min(page.documentElement.scrollHeight, 420) + "px";
}

for (const frame of document.querySelectorAll("iframe")) {
  frame.addEventListener("load", () => fit(frame));
  if (frame.contentDocument && frame.contentDocument.readyState === "complete") fit(frame);
}

for (const control of document.querySelectorAll("details, .tabs, .sides")) {
  const again = () => (control.closest("main") || document).querySelectorAll("iframe").forEach(fit);
  control.addEventListener(control.tagName === "DETAILS" ? "toggle" : "change", again);
}

function reveal() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  const column = target && target.closest(".column");
  if (!column) return;
  document.getElementById(column.matches(".column-past") ? "side-past" : "side-future").checked = true;
  target.scrollIntoView();
}
addEventListener("hashchange", reveal);
reveal();

const news = document.querySelector(".news");
const total = Number(document.body.dataset.total);
const watch = setInterval(async () => {
  try {
    const answer = await fetch("/count.json");
    if ((await answer.json()) > total) {
      news.hidden = false;
      clearInterval(watch);
    }
  } catch {
    clearInterval(watch); // The sandbox has been stopped; the page stays readable.
  }
}, 3000);
