// What every page of the desk does a little better with a script; without one everything works as well.

// A form that was sent is not sent a second time by an impatient click.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "get") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
});

// Coming back by the browser's button, forms can be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// After an error the reader starts at the sentence that says what was wrong.
const problem = document.querySelector('[role="alert"]');
if (problem) {
  problem.tabIndex = -1;
  problem.focus();
}
