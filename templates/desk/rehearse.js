// How far the rehearsal is, as it goes on. Without a script, loading the page again says the same.

const box = document.getElementById("progress");
const said = document.getElementById("so-far");
const source = new EventSource(box.dataset.progress);

source.onmessage = (event) => {
  const now = JSON.parse(event.data);
  said.textContent = box.dataset.at.replace("{n}", now.lines) + (now.day ? ` (${now.day})` : "");
  if (!now.running) {
    source.close();
    location.reload();
  }
};
source.onerror = () => {
  said.textContent = box.dataset.lost;
};
