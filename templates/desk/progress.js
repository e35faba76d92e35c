// Keeps a progress bar up to what the service tells, and says so when the connection is lost.

for (const place of document.querySelectorAll("[data-events]")) {
  const source = new EventSource(place.dataset.events);
  const lost = place.querySelector(".lost");
  source.addEventListener("open", () => { lost.hidden = true; });
  source.addEventListener("error", () => {
    lost.textContent = place.dataset.lost;
    lost.hidden = false;
  });
  source.addEventListener("progress", (event) => {
    const { total, done, counts, over } = JSON.parse(event.data);
    lost.hidden = true;
    const bar = place.querySelector("progress");
    const sum = place.querySelector(".sum");
    // The first recipients were just written down: the page has to be drawn with its table.
    if (over || !bar || Object.keys(counts).some((state) => !place.querySelector(`[data-state="${state}"]`))) {
      source.close();
      window.setTimeout(() => window.location.reload(), over ? 0 : 800);
      return;
    }
    bar.max = total;
    bar.value = done;
    sum.textContent = place.dataset.done.replace("{done}", done).replace("{total}", total);
    for (const [state, number] of Object.entries(counts)) {
      place.querySelector(`[data-state="${state}"]`).textContent = number;
    }
  });
}
