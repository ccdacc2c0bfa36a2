import type { ApiPage } from "../adapter.ts";

/** Pages asked for ahead: the gate lets through half of them at once, and the next as soon as one has come. */
const MOST_AHEAD = 16;

/** What an API's rate allows. */
export interface Quota {
  /** How many requests more, by the latest answer. */
  left: number;
}

/** Pages under way. */
export interface Flights<T> {
  /** Asks for the pages from `next` on, some at once, as many as the API's rate allows. */
  askAhead(next: number, last: number): void;
  /** The page; asks for it where nobody has. */
  land(number: number): Promise<ApiPage<T>>;
  /** Waits for all that nobody wanted. */
  rest(): Promise<unknown>;
}

/** Opens them; `ask` asks for one. */
export function openFlights<T>(
  ask: (number: number) => Promise<ApiPage<T>>,
  quota: Quota,
): Flights<T> {
  const flights = new Map<number, Promise<ApiPage<T>>>();
  let underWay = 0;

  async function fly(number: number): Promise<ApiPage<T>> {
    underWay++;
    try {
      return await ask(number);
    } finally {
      underWay--;
    }
  }

  function flightOf(number: number): Promise<ApiPage<T>> {
    const flight = flights.get(number) ?? fly(number);
    // It is awaited in its turn; until then its failure is nobody's.
    flight.catch(() => {});
    flights.set(number, flight);
    return flight;
  }

  return {
    askAhead(next: number, last: number): void {
      for (let number = next; number <= Math.min(last, next + MOST_AHEAD - 1); number++) {
        if (underWay < quota.left) flightOf(number);
      }
    },
    async land(number: number): Promise<ApiPage<T>> {
      const page = await flightOf(number);
      flights.delete(number);
      return page;
    },
    rest: () => Promise.allSettled(flights.values()),
  };
}
