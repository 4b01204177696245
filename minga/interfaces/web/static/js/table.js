// A table wider than the page can be scrolled by keyboard; one that fits is no stop on the way of Tab.
function measure() {
  for (const box of document.querySelectorAll(".table-box")) {
    const wide = box.scrollWidth > box.clientWidth;
    if (wide === box.hasAttribute("tabindex")) continue;
    if (!wide) { box.removeAttribute("tabindex"); box.removeAttribute("role"); continue; }
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-labelledby", box.querySelector("caption")?.id ?? "");
  }
}
measure();
addEventListener("resize", measure);
document.addEventListener("htmx:after:swap", measure);
