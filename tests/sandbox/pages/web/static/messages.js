// Cross messaging: what a panel may ask of SuperOffice Web. Exactly three commands, only from iframes shown here.
import { notify } from "./navigation.js";
import { hosts } from "./panels.js";

const PLACE = /^[a-z0-9_]+(\.[a-z0-9_]+)*(\[[^\]?]*\])?(\.[a-z0-9_]+)*(\[[^\]?]*\])?(\?.*)?$/i;
const AGAIN = /\?(refresh|flush)$/i;

/** Obeys `refresh`, `soprotocol` and `openDocument`; says on the console what it ignores. */
export function listen({ go, refresh }) {
  const commands = {
    refresh: () => refresh(),
    soprotocol: (place) => (AGAIN.test(place) ? refresh() : go(place)),
    openDocument: (id) => notify(`Document ${id} would open now. Documents are not in this sandbox.`),
  };
  const fits = { refresh: () => true, soprotocol: (place) => PLACE.test(place), openDocument: (id) => /^\d+$/.test(id) };
  addEventListener("message", (event) => {
    const { command, arguments: argument } = event.data ?? {};
    const known = hosts(event.source) && Object.hasOwn(commands, command) && fits[command](String(argument ?? ""));
    if (!known) return void console.debug("ignored message", event.origin, event.data);
    commands[command](String(argument ?? ""));
  });
}
