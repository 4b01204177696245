// After a part was exchanged: say the notice, move the focus, and stay useful when the answer is another page or none.
// The notice stands in the page for all to read; the quiet live region beside it repeats it, as only a change is spoken.
const speak = () => {
  const words = document.getElementById("said")?.textContent.trim();
  if (words) setTimeout(() => { document.getElementById("spoken").textContent = words; }, 80);
};
speak();

// The answer has no such part (a redirect, a refusal): show its whole main part instead, under its own address.
// What nobody asked for by hand (a live hint) changes nothing then.
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  ctx.byHand = ctx.sourceElement.matches("form, a, button");
  const part = typeof ctx.select === "string" && ctx.select.slice(1);
  if (!part || ctx.text.includes(` id="${part}"`)) return;
  const { url, redirected } = ctx.response.raw;
  if (!ctx.byHand) return void (ctx.swap = "none");
  if (!ctx.text.includes(' id="main"')) return void location.assign(url);
  ctx.select = "#main";
  ctx.target = document.getElementById("main");
  ctx.selectOOB = null;
  ctx.whole = true;
  if (redirected) ctx.push = "true";
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (!ctx.byHand) return;
  speak();
  const main = document.getElementById("main");
  const goal = main?.querySelector("#errors, [data-focus]") ?? (ctx.whole ? main : null);
  goal?.focus();
  if (ctx.whole) scrollTo(0, 0);
});

// No network: send it the plain way, so that the browser says so and keeps what was typed.
document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  const source = ctx?.sourceElement;
  if (ctx?.response || !source) return;
  if (source instanceof HTMLFormElement) HTMLFormElement.prototype.submit.call(source);
  else if (source.href) location.assign(source.href);
});

// A menu that hangs over the page closes with Escape and gives the focus back; a press outside closes it too.
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && document.querySelector(".switcher[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});
document.addEventListener("click", (event) => {
  const open = document.querySelector(".switcher[open]");
  if (open && !open.contains(event.target)) open.open = false;
});
