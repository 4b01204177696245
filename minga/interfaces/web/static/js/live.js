// Live hints: one stream of events per browser says that something has changed; the page asks again with its own rights.
// <main data-topics="community:… person:me">; a part data-live="listing:…" (things or topics) with an id is fetched again
// when it is in view;
// a list data-live-list="listing" with an id and data-bar="{n} new – show" gets a bar above it and never shifts by itself.
const topics = (document.querySelector("[data-topics]")?.dataset.topics ?? "").split(" ").filter(Boolean);
const channel = topics.length && "BroadcastChannel" in window ? new BroadcastChannel("minga-live") : null;
const stale = new Set();
let due = 0;

const refetch = (part) =>
  htmx.ajax("GET", location.href, { source: part, target: `#${part.id}`, select: `#${part.id}`, swap: "outerHTML" });

// Nobody loses what they are typing: such a part waits for the next hint.
const typing = (part) => part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting && stale.delete(target)) refetch(target);
});

function bar(list, ref) {
  const fresh = new Set((list.dataset.fresh ?? "").split(" ").filter(Boolean)).add(ref);
  list.dataset.fresh = [...fresh].join(" ");
  let button = list.previousElementSibling?.matches(".fresh") ? list.previousElementSibling : null;
  if (!button) {
    button = document.createElement("button");
    button.className = "button fresh";
    button.type = "button";
    button.addEventListener("click", () => { button.remove(); delete list.dataset.fresh; refetch(list); });
    list.before(button);
  }
  button.textContent = list.dataset.bar.replace("{n}", fresh.size);
}

const naming = (hook, name) => document.querySelectorAll(`[${hook}~="${CSS.escape(name)}"][id]`);

function take(hint) {
  const shown = [...naming("data-live", hint.topic), ...(hint.ref ? naming("data-live", hint.ref) : [])];
  if (shown.length) shown.forEach((part) => stale.add(part));
  else if (hint.ref) naming("data-live-list", hint.ref.split(":")[0]).forEach((list) => bar(list, hint.ref));
  clearTimeout(due);
  due = setTimeout(() => stale.forEach((part) => { seen.unobserve(part); if (!typing(part)) seen.observe(part); }), 1000);
}

function resync() {
  document.querySelectorAll("[data-live][id]").forEach((part) => { stale.add(part); seen.observe(part); });
}

const heard = { hint: take, resync, bye: () => location.reload() };
const tell = (kind, hint) => { heard[kind](hint); channel.postMessage({ kind, hint }); };

// Without a stream (an old proxy): ask and wait. At 503 the page is simply not live.
async function poll(asked, after = "") {
  for (;;) {
    const answer = await fetch(`/live/poll?${asked}&wait=25&after=${encodeURIComponent(after)}`).catch(() => null);
    if (!answer?.ok) return;
    const { items, next, state } = await answer.json();
    items.forEach((hint) => tell("hint", hint));
    if (state !== "ok") tell(state);
    if (state === "bye") return;
    after = next ?? after;
  }
}

function lead() {
  const wanted = new Set(topics);
  let stream;
  const open = () => {
    stream?.close();
    const asked = `topics=${encodeURIComponent([...wanted].join(","))}`;
    stream = new EventSource(`/live?${asked}`);
    let opened = false;
    stream.onopen = () => { opened = true; };
    stream.addEventListener("hint", ({ data }) => tell("hint", JSON.parse(data)));
    stream.addEventListener("resync", () => tell("resync"));
    stream.addEventListener("bye", () => { stream.close(); tell("bye"); });
    stream.onerror = () => { if (!opened && stream.readyState === EventSource.CLOSED) poll(asked); };
  };
  channel.addEventListener("message", ({ data }) => {
    if (data.kind !== "topics" || data.topics.every((one) => wanted.has(one))) return;
    data.topics.forEach((one) => wanted.add(one));
    open();
  });
  open();
  return new Promise(() => {});
}

if (channel && navigator.locks) {
  channel.addEventListener("message", ({ data }) => heard[data.kind]?.(data.hint));
  navigator.locks.request("minga-live", lead);
  channel.postMessage({ kind: "topics", topics });
}
