// CPU seconds per call of SuperOffice's own client: one slice for each line of standard input, answered by a number.
//
// node client_cpu.mjs <address of upstream> <calls in flight> <calls of a slice> <number of tenants>

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

// Where the client is installed; its CommonJS build is the one for node.
const { WebApi } = createRequire(new URL("../typescript/package.json", import.meta.url))("@superoffice/webapi");

const [url, inFlight, calls, tenants] = [process.argv[2], ...process.argv.slice(3).map(Number)];

const agents = Array.from({ length: tenants }, (_, number) => {
  const webapi = new WebApi(`${url}/Cust${number}/api/`, "en");
  webapi.authenticateWithToken("8A:Cust12345.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
  return webapi.getContactAgent();
});

async function worker(first) {
  for (let call = 0; call < Math.floor(calls / inFlight); call++) {
    await agents[(first + call) % tenants].getContactEntityAsync(17);
  }
}

for await (const _ of createInterface({ input: process.stdin })) {
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: inFlight }, (_, number) => worker(number)));
  const { user, system } = process.cpuUsage(before);
  console.log((user + system) / 1e6 / calls);
}
