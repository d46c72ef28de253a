import type { ServerResponse } from 'node:http';

export interface ReaderLimits {
  /** Further ones are sent away, and load the page again by themselves. */
  most: number;
  /** Bytes that a reader may leave unread before it is closed. */
  unread: number;
  heartbeatMs: number;
}

const READER_LIMITS: ReaderLimits = { most: 200, unread: 16 << 10, heartbeatMs: 15_000 };

type Stream = Pick<
  ServerResponse,
  'write' | 'writeHead' | 'once' | 'destroy' | 'end' | 'writableLength' | 'socket'
>;

/** Those who have a page open, and are told when to look at it again. */
export interface Readers {
  isFull(): boolean;
  join(stream: Stream): void;
  /** Tells all of them to look again. One that does not read what it is sent is closed; it comes back by itself. */
  tell(): void;
  count(): number;
  close(): void;
}

export function readersOf({ most, unread, heartbeatMs }: ReaderLimits = READER_LIMITS): Readers {
  const streams = new Set<Stream>();

  function send(text: string): void {
    for (const stream of streams) {
      if (stream.writableLength + (stream.socket?.writableLength ?? 0) > unread) stream.destroy();
      else stream.write(text);
    }
  }

  const heartbeat = setInterval(() => send(':\n\n'), heartbeatMs);
  heartbeat.unref();
  return {
    isFull: () => streams.size >= most,
    join(stream) {
      streams.add(stream);
      stream.once('close', () => streams.delete(stream));
      stream.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-accel-buffering': 'no',
      });
      stream.write('retry: 2000\n\n');
    },
    tell: () => send('event: look\ndata:\n\n'),
    count: () => streams.size,
    close() {
      clearInterval(heartbeat);
      for (const stream of streams) stream.end();
    },
  };
}
