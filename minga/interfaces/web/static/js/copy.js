// Buttons that copy or share a readable field; they show only where the browser can do it.
const can = { copy: Boolean(navigator.clipboard), share: Boolean(navigator.share) };

function uncover(root) {
  if (can.copy) root.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; });
  if (can.share) root.querySelectorAll("[data-share]").forEach((button) => { button.hidden = false; });
}

uncover(document);
document.addEventListener("htmx:after:swap", () => uncover(document));
document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copy], [data-share]");
  if (!button) return;
  const value = document.getElementById(button.dataset.copy ?? button.dataset.share).value;
  if (button.dataset.share) return void navigator.share({ title: button.dataset.title, url: value }).catch(() => {});
  await navigator.clipboard.writeText(value);
  document.getElementById("spoken").textContent = button.dataset.done;
  const label = button.lastChild;
  const before = label.textContent;
  label.textContent = button.dataset.done;
  setTimeout(() => { label.textContent = before; }, 4000);
});
