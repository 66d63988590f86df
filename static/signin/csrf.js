/* Tokens against cross-site requests, for every POST of ours.
 *
 * The cookie is HttpOnly, so a token is fetched right before each request. Several frames share one cookie jar and may
 * start with an empty one at the same moment: a lock lets them fetch one after the other, so the first one's cookie is
 * there for the second. What still goes wrong (a sign-in changes the cookie in between) is sent once more.
 *
 * window.sidecard.post(url, fields) is for our other scripts; htmx gets its tokens by the listeners below.
 */
(() => {
  "use strict";

  const FAILED = "X-Csrf-Failed";

  async function fetchToken() {
    const response = await fetch("/csrf/", { credentials: "same-origin", cache: "no-store" });
    if (!response.ok) throw new Error(`no token: ${response.status}`);
    return (await response.json()).token;
  }

  /* A browser that keeps no storage for this frame has no locks for it either. */
  function token() {
    if (!navigator.locks) return fetchToken();
    return navigator.locks
      .request("sidecard-csrf", fetchToken)
      .catch((error) => (error.name === "SecurityError" ? fetchToken() : Promise.reject(error)));
  }

  async function send(url, fields) {
    return fetch(url, {
      method: "POST",
      credentials: "same-origin",
      headers: { "X-CSRFToken": await token(), Accept: "application/json" },
      body: new URLSearchParams(fields),
    });
  }

  async function post(url, fields = {}) {
    const response = await send(url, fields);
    return response.headers.has(FAILED) ? send(url, fields) : response;
  }

  window.sidecard = { ...window.sidecard, post };

  /* htmx 2: "confirm" comes before each request and lets us delay it; "configRequest" is where headers are set. */
  const tokens = new WeakMap(); // element → token for the request it is about to send
  const sending = new WeakMap(); // element → how to send its last request again
  const fetching = new WeakSet();

  async function issueWithToken(element, issue) {
    if (fetching.has(element)) return; // a second click while the token is on its way
    fetching.add(element);
    try {
      tokens.set(element, await token());
    } catch {
      tokens.delete(element); // offline, most likely: the request itself will fail and say so
    } finally {
      fetching.delete(element);
    }
    issue();
  }

  document.addEventListener("htmx:confirm", (event) => {
    const { verb, elt, issueRequest } = event.detail;
    if (verb === "get" || event.defaultPrevented) return;
    event.preventDefault();
    sending.set(elt, () => issueRequest(true));
    issueWithToken(elt, () => issueRequest(false));
  });

  document.addEventListener("htmx:configRequest", (event) => {
    const { elt, headers } = event.detail;
    if (!tokens.has(elt)) return;
    headers["X-CSRFToken"] = tokens.get(elt);
    tokens.delete(elt);
  });

  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { elt, xhr } = event.detail;
    const again = sending.get(elt);
    if (!again) return;
    sending.delete(elt);
    if (xhr.getResponseHeader(FAILED) === null) return;
    event.preventDefault();
    issueWithToken(elt, again);
  });
})();
