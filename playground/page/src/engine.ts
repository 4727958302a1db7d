// The page's side of the worker: questions that are promises.

import type { Response as Answer, Calls, Request } from "./protocol";
import { Refused } from "./protocol";

declare const WORKER: string;

type Waiting = { resolve: (value: unknown) => void; reject: (error: unknown) => void };

export class Engine {
  private worker: Worker | null = null;
  private readonly waiting = new Map<number, Waiting>();
  private next = 1;

  /** Begun with the first question, so that a browser without workers gets as far as a sentence about it. */
  private begin(): Worker {
    // from a Blob, because a page opened from disk may not start a worker from a file
    const url = URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" }));
    const worker = new Worker(url);
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      const waiting = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if ("problem" in data) waiting?.reject(new Refused(data.problem));
      else waiting?.resolve(data.value);
    };
    worker.onerror = (event) => {
      const problem = { code: "broken", field: null, message: event.message, help: null, values: {} };
      for (const { reject } of this.waiting.values()) reject(new Refused(problem));
      this.waiting.clear();
    };
    return worker;
  }

  ask<K extends keyof Calls>(call: K, ...args: Parameters<Calls[K]>): Promise<ReturnType<Calls[K]>> {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.worker ??= this.begin();
      this.worker.postMessage({ id, call, args } as Request);
    });
  }
}

/** The core's bytes, out of the page itself: gzip in base64. */
export async function wasmBytes(): Promise<ArrayBuffer> {
  const text = document.getElementById("core")?.textContent?.trim() ?? "";
  const packed = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

export function missing(): string | null {
  if (typeof WebAssembly === "undefined") return "WebAssembly";
  if (typeof Worker === "undefined") return "Worker";
  if (typeof DecompressionStream === "undefined") return "DecompressionStream";
  return null;
}
