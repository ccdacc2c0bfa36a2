/** Copies from the first argument to each of the others, one after the other: a process that tests may kill. */
import { openFlow } from "../../mod.ts";

const [source = "", ...targets] = Deno.args;
const copies = openFlow({ credentials: () => undefined }).copies();
for (const target of targets) await copies.copy(source, target);
