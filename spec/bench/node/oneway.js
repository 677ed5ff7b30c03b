// One-way IPC of a small table from the child, in bursts of 100, as send allows: oneway.js MESSAGES prints
// "per_second N". After a burst for which send said true the next one comes in the next turn of the loop, else once
// the last message of the burst is written.
'use strict';
const { fork } = require('child_process');
const BURST = 100;

if (process.send) {
  let left = Number(process.argv[2]);
  const burst = () => {
    let open = true;
    for (let i = 1; i < BURST; i++) {
      open = process.send({ type: 'move', id: i, pos: [1.5, 2.5, 3.5], name: 'herd', ok: true });
    }
    left -= BURST;
    const next = left > 0 ? burst : () => process.disconnect();
    const last = { type: 'move', id: BURST, pos: [1.5, 2.5, 3.5], name: 'herd', ok: true };
    if (open && left > 0) {
      process.send(last);
      setImmediate(next);
    } else {
      process.send(last, next);
    }
  };
  burst();
} else {
  const messages = Math.ceil(Number(process.argv[2]) / BURST) * BURST;
  const warmUp = Math.ceil(messages / 10 / BURST) * BURST;
  const child = fork(__filename, [messages + warmUp]);
  let received = -warmUp;
  let started;
  child.on('message', (message) => {
    if (message.type !== 'move') throw new Error('a broken message');
    received++;
    if (received === 0) started = process.hrtime.bigint();
    if (received === messages) {
      console.log('per_second ' + messages / (Number(process.hrtime.bigint() - started) / 1e9));
    }
  });
}
