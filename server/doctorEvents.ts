import type { World } from '../core/world.ts';
import type { Config } from './config.ts';
import type { Finding } from './doctorReport.ts';
import { adviceOf } from './doctorServices.ts';

const part = 'Kafka';

/** The brokers, the login and the topic. Nothing is written to it. */
export const checkKafka = async (
  { timer }: Pick<World, 'timer'>,
  { kafka }: Pick<Config, 'kafka'>,
): Promise<readonly Finding[]> => {
  if (kafka === null) return [];
  const { topic, connection } = kafka;
  const { probeKafka } = await import('../adapters/kafka/probe.ts');
  const answer = await probeKafka(timer, connection, topic);
  if (answer.kind === 'fault')
    return [wrong(`${answer.broker}: ${answer.reason}`, faultAdvice(answer.reason, answer.isLogin))];
  const reached: Finding = {
    part,
    state: 'ok',
    text: `${answer.broker} answers ${connection.login === null ? 'without a login' : 'and takes the login'}`,
  };
  return [
    reached,
    answer.kind === 'noTopic'
      ? wrong(
          `there is no topic ${topic}`,
          `create it, such as with: kafka-topics.sh --create --topic ${topic} --partitions 12 --replication-factor 3 --config min.insync.replicas=2. Or check KAFKA_TOPIC`,
        )
      : answer.writes
        ? {
            part,
            state: 'ok',
            text: `its topic ${topic} has ${answer.partitions === 1 ? 'one partition' : `${answer.partitions} partitions`} and takes our events`,
          }
        : wrong(
            `we may not write to the topic ${topic}`,
            `allow it, such as with: kafka-acls.sh --add --allow-principal User:… --producer --topic ${topic}`,
          ),
  ];
};

const wrong = (text: string, advice: string): Finding => ({ part, state: 'wrong', text, advice });

const faultAdvice = (reason: string, isLogin: boolean): string => {
  if (isLogin) return 'check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD';
  if (/certificate|self.signed|issuer|CERT/i.test(reason))
    return 'name the authority of the brokers with KAFKA_SSL_CA=/path/to/ca.pem, and check that their certificates are for the hosts in KAFKA_BROKERS';
  if (/TLS|SSL|closed|does not answer|timed out/i.test(reason))
    return 'check that the port in KAFKA_BROKERS is of the listener for KAFKA_SECURITY_PROTOCOL, and that a broker runs there';
  return adviceOf('KAFKA_BROKERS', 'the broker', reason);
};
