// Starts the client: links, forms, tabs and the side panel all work by swapping parts of the page, so that the web
// panels' iframes stay alive.
import { current, go, refresh, submit } from "./navigation.js";
import { listen } from "./messages.js";
import { arrange, choose } from "./panels.js";

function inside(link) {
  const url = new URL(link.href, location.href);
  return url.origin === location.origin && url.pathname === location.pathname && !link.target ? url.href : null;
}

function follow(event, link) {
  const url = inside(link);
  if (!url || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  const area = link.dataset.area ?? link.dataset.opens;
  if (area) choose(area, "");
  choose("navigator", "");
  if ("replace" in link.dataset) refresh();
  else go(url);
}

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element) || event.defaultPrevented || event.button !== 0) return;
  const link = event.target.closest("a[href]");
  if (link) return follow(event, link);
  const tab = event.target.closest("button[data-panel]");
  if (tab) return choose(tab.dataset.area, tab.dataset.panel);
  const month = event.target.closest("button[data-month]");
  if (month) return turnTo(month.dataset.month);
  const row = event.target.closest("tr[data-place]");
  if (row && !String(getSelection())) go(new URL(row.dataset.place, location.href).href);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id === "language-form") form.elements.return.value = location.pathname + location.search;
  if (form.dataset.search) {
    event.preventDefault();
    const words = new URLSearchParams({ search: form.elements.search.value.trim() });
    go(`${location.pathname}?${form.dataset.search}.main?${words}`);
  } else if ("partial" in form.dataset) {
    event.preventDefault();
    submit(form);
  }
});

async function turnTo(month) {
  const answer = await fetch(`/${document.body.dataset.ctx}/month?of=${encodeURIComponent(month)}`);
  const home = document.getElementById("side-month");
  home.dataset.turned = month;
  if (answer.ok) home.innerHTML = await answer.text();
}

document.getElementById("side-toggle").addEventListener("click", (event) => {
  const closed = document.body.classList.toggle("side-closed");
  event.currentTarget.setAttribute("aria-expanded", String(!closed));
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

addEventListener("popstate", () => go(location.href, { push: false }));

/** A panel navigates: it names the section tab it wants, and a panel that fills the page gives way. */
function lead(place) {
  if (/archive\b/i.test(place.split("?")[0])) choose("archive", "");
  choose("navigator", "");
  go(current(place));
}

listen({ go: lead, refresh });
arrange();
