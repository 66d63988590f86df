// Goes to another place: fetches its page and swaps the regions in. Panels are never part of a region.
import { reconcile } from "./panels.js";

let running = new AbortController();
/** The navigation under way; a refresh waits for it instead of ending it. */
let arriving = Promise.resolve();
const header = { "Sandbox-Partial": "1" };

/** The address of a SoProtocol place (`contact.main?contact_id=17`). */
export function current(place) {
  return `${location.pathname}?${place.replaceAll("#", "%23")}`;
}

/** Goes to an address of this client; the panels' iframes live on. */
export async function go(url, { push = true } = {}) {
  arriving = load(url, {}, (answer) => {
    if (push && answer.url !== location.href) history.pushState(null, "", answer.url);
  });
  await arriving;
}

/** Fetches the current record again, e.g. because a panel changed it. */
export async function refresh() {
  await arriving;
  await load(location.href, {}, () => {}, { again: true });
}

/** Posts a form of the card and shows the page it leads to. */
export async function submit(form) {
  const body = new URLSearchParams(new FormData(form));
  arriving = load(form.action, { method: "POST", body }, (answer) => {
    if (answer.redirected) history.pushState(null, "", answer.url);
  });
  await arriving;
}

async function load(url, options, arrived, { again = false } = {}) {
  running.abort();
  running = new AbortController();
  const { signal } = running;
  document.body.classList.add("busy");
  try {
    const answer = await fetch(url, { ...options, headers: header, signal });
    if (answer.status === 401) return void location.assign(options.method ? location.href : url);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (signal.aborted) return;
    if (!page.getElementById("main")?.dataset.screen) return void location.assign(answer.url);
    arrived(answer);
    swap(page, again);
  } catch (error) {
    if (error.name !== "AbortError") notify("SuperOffice could not be reached. Please try again.");
  } finally {
    if (!signal.aborted) document.body.classList.remove("busy");
  }
}

function swap(page, again) {
  const focused = document.activeElement;
  document.title = page.title;
  document.getElementById("main").dataset.screen = page.getElementById("main").dataset.screen;
  for (const region of document.querySelectorAll("[data-region]")) {
    if (keeps(region, again)) continue;
    const fresh = page.getElementById(region.id);
    if (region.innerHTML !== fresh.innerHTML) region.replaceChildren(...fresh.childNodes);
  }
  document.getElementById("notice").hidden = true;
  reconcile(page);
  if (!again && !document.contains(focused)) document.getElementById("main").focus({ preventScroll: true });
}

/** Whether a region stays: months the user turned to, and what he types on the card while a panel asks for a refresh. */
function keeps(region, again) {
  return region.dataset.turned || (again && region.querySelector("form.edit"));
}

/** Says something above the card. */
export function notify(text) {
  const notice = document.getElementById("notice");
  notice.textContent = text;
  notice.hidden = false;
}
