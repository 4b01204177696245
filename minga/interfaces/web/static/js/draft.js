// What is typed into a form with data-draft is kept in this tab until it is sent: never passwords, ballots or sealed texts.
const PREFIX = "draft:";
const keyOf = (form) => `${PREFIX}${location.pathname}:${form.dataset.draft}`;
const kept = (element) =>
  element.name && !element.name.startsWith("_") && element.name !== "form_id" && element.name !== "version" &&
  !["password", "file", "hidden", "submit", "button"].includes(element.type);

function save(form) {
  const values = [...form.elements].filter(kept).map((one) =>
    ["checkbox", "radio"].includes(one.type) ? [one.name, one.value, one.checked] : [one.name, one.value]);
  sessionStorage.setItem(keyOf(form), JSON.stringify(values));
}

function restore(form) {
  const values = JSON.parse(sessionStorage.getItem(keyOf(form)) ?? "[]");
  // What the server gave back is newer than the draft.
  if (form.querySelector("[aria-invalid]")) return;
  for (const [name, value, checked] of values) {
    const named = [...form.elements].filter((one) => one.name === name && kept(one));
    if (checked === undefined) { if (named[0] && !named[0].value) named[0].value = value; }
    else for (const one of named) if (one.value === value) one.checked = checked;
  }
}

document.querySelectorAll("form[data-draft]").forEach(restore);
document.addEventListener("input", ({ target }) => target.form?.dataset.draft && save(target.form));
document.addEventListener("submit", ({ target }) => {
  if (target.dataset.draft) sessionStorage.removeItem(keyOf(target));
  if (target.action.endsWith("/sign-out")) {
    Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX)).forEach((key) => sessionStorage.removeItem(key));
  }
});
