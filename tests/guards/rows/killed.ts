import { faultPresets } from '../../chaos/run/faultPresets.ts';
import { type Guard, guard } from '../guard.ts';

/** What only processes that are killed can show. */
export const killedGuards: readonly Guard[] = [
  guard(
    'the synchronous commit, on PostgreSQL',
    [
      'adapters/postgres/connection.ts',
      "application_name: 'cartwright',",
      "application_name: 'cartwright', synchronous_commit: 'off',",
    ],
    {
      by: 'kill',
      database: 'postgres',
      faults: faultPresets.crashes,
      expectedRules: ['order_lost', 'checkout_lost', 'cancel_lost', 'checkout_status_changed'],
    },
  ),
];
