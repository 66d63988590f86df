// Drives a sandbox with SuperOffice's own client, as its documentation shows.
//
// Reads {"api", "token", "ticket", "secret", "receiver"} as JSON from standard input and writes what was called, by
// class and method, as JSON to standard output. The first thing that is not as expected ends it with exit code 1.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";
import { agents } from "./agents.mjs";
import { Recorder } from "./recorder.mjs";
import { classes, refused, rest } from "./rest.mjs";

// Its ES modules are for bundlers: node cannot resolve their imports. The CommonJS build is for node.
const { WebApi } = createRequire(import.meta.url)("@superoffice/webapi");

const given = JSON.parse(await text(process.stdin));
const recorder = new Recorder();

function signedIn() {
  const webapi = new WebApi(given.api, "en");
  webapi.authenticateWithToken(given.token);
  return webapi;
}

async function named(name, work) {
  try {
    await work;
  } catch (error) {
    const told = error.response ? `${error.config.method} ${error.config.url}: ${error.response.status} ${JSON.stringify(error.response.data)}` : "";
    throw new Error(`${name}: ${told || error.message}`, { cause: error });
  }
}

const webapi = signedIn();
const wanted = given.only?.length ? given.only : [...Object.keys(agents), ...classes.map((name) => `${name}RestApi`), "ticket"];
for (const name of wanted) {
  if (name in agents) await named(name, agents[name](recorder.watch(`${name}Agent`, webapi[`get${name}Agent`]()), given));
  else if (name.endsWith("RestApi")) await named(name, rest(signedIn, recorder, name.replace("RestApi", "")));
}
if (wanted.includes("ticket")) await named("system user", systemUser());

// The client's other way in: the system user's ticket with the application's secret.
async function systemUser() {
  const system = new WebApi(given.api, "en");
  system.authenticateWithTicket(given.ticket);
  system.applicationToken(given.secret);
  assert.equal((await system.getContactAgent().getContactEntityAsync(17)).contactId, 17);
  const stranger = new WebApi(given.api, "en");
  stranger.authenticateWithToken("8A:Cust12345.guess");
  await refused(401, stranger.getContactAgent().getContactEntityAsync(17));
}

console.log(JSON.stringify(recorder.done));
