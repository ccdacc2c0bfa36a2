import { openFlow } from "../mod.ts";
const [source = "", target = ""] = Deno.args;
await openFlow().copy(source, target);
