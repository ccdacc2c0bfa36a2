import { assertEquals } from "@std/assert";
import { isLoopback, isPrivate } from "../../core/wire/address.ts";

const LOOPBACK = [
  "localhost",
  "127.0.0.1",
  "127.1",
  "0x7f.1",
  "0177.0.0.1",
  "2130706433",
  "[::1]",
  "LOCALHOST",
];
const PRIVATE = [
  ...LOOPBACK,
  "0.0.0.0",
  "10.0.0.1",
  "100.64.0.1",
  "100.127.255.255",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "2852039166",
  "[::]",
  "[::ffff:a9fe:a9fe]",
  "[::ffff:127.0.0.1]",
  "[::7f00:1]",
  "[fc00::1]",
  "[fdff:ffff::1]",
  "[fe80::1]",
  "[febf::1]",
  "[ff02::1]",
  "[64:ff9b::7f00:1]",
];
const PUBLIC = [
  "registry.example",
  "10.0.0.1.example",
  "localhost.example",
  "8.8.8.8",
  "9.255.255.255",
  "11.0.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "169.253.1.1",
  "172.15.255.255",
  "172.32.0.0",
  "192.167.1.1",
  "223.255.255.255",
  "[2001:db8::1]",
  "[fbff::1]",
  "[fec0::1]",
  "[64:ff9c::1]",
];

function hostname(host: string): string {
  return new URL(`https://${host}/`).hostname;
}

Deno.test("isLoopback() knows this machine in every spelling that URL takes", () => {
  for (const host of LOOPBACK) assertEquals(isLoopback(hostname(host)), true, host);
  for (const host of PUBLIC) assertEquals(isLoopback(hostname(host)), false, host);
});

Deno.test("isPrivate() tells private literals from public ones at their borders", () => {
  for (const host of PRIVATE) assertEquals(isPrivate(hostname(host)), true, host);
  for (const host of PUBLIC) assertEquals(isPrivate(hostname(host)), false, host);
});

Deno.test("isPrivate() knows the names of this machine with a dot behind, and below localhost", () => {
  for (const host of ["localhost.", "a.localhost", "a.localhost."]) {
    assertEquals(isPrivate(hostname(host)), true, host);
  }
});
