import { describe, expect, test } from 'bun:test';
import { findMistypedSettings } from '../../server/mistypedSettings.ts';
import { settings } from '../../server/settings.ts';

const meantBy = (name: string): string | undefined =>
  /did you mean (\w+)\?$/.exec(findMistypedSettings({ [name]: '1' })[0] ?? '')?.[1];

/** Each is set by somebody else in the environments where the shop runs, or by the specification of another program. */
const foreign = `
  PATH HOME USER LANG LC_ALL TERM SHELL PWD OLDPWD SHLVL LOGNAME HOSTNAME HOSTTYPE EDITOR PAGER TZ TMPDIR DISPLAY MAIL
  XDG_RUNTIME_DIR XDG_DATA_DIRS DBUS_SESSION_BUS_ADDRESS SSH_CLIENT SSH_CONNECTION SSH_AUTH_SOCK INVOCATION_ID
  JOURNAL_STREAM NOTIFY_SOCKET LISTEN_FDS WATCHDOG_USEC CREDENTIALS_DIRECTORY STATE_DIRECTORY MAINPID
  NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED NODE_DEBUG UV_THREADPOOL_SIZE NO_COLOR
  FORCE_COLOR CI DEBUG BUN_INSTALL BUN_CONFIG_VERBOSE_FETCH DENO_DIR DENO_TLS_CA_STORE
  npm_config_registry npm_package_version npm_lifecycle_event npm_execpath INIT_CWD
  HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy ALL_PROXY SSL_CERT_FILE SSL_CERT_DIR
  PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE PGSSLMODE PGPASSFILE PGTZ PGOPTIONS PGAPPNAME
  POSTGRES_USER POSTGRES_PASSWORD POSTGRES_DB POSTGRES_HOST_AUTH_METHOD MYSQL_DATABASE REDIS_URL RABBITMQ_URL
  DATABASE_HOST DATABASE_PORT DATABASE_USER DATABASE_NAME DATABASE_PASSWORD DB_URL DB_HOST DB_PORT DB_POOL_SIZE
  KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT KUBERNETES_PORT_443_TCP_ADDR PRODUCT_SERVICE_SERVICE_HOST
  PRODUCT_SERVICE_SERVICE_PORT INVOICE_SERVICE_SERVICE_PORT_HTTP SHIPMENT_SERVICE_HOST SHOP_SERVICE_HOST
  KAFKA_PORT_9092_TCP_PROTO POD_NAME POD_IP NODE_NAME NODE_IP HOST_IP
  AWS_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_ROLE_ARN AWS_SESSION_TOKEN GOOGLE_APPLICATION_CREDENTIALS
  AZURE_CLIENT_SECRET VAULT_ADDR VAULT_TOKEN DD_AGENT_HOST DD_SERVICE DD_ENV SENTRY_DSN SENTRY_RELEASE
  GITHUB_ACTIONS GITHUB_TOKEN RUNNER_OS LOG_FORMAT LOG_FILE LOG_DIR PORT_RANGE HOST_NAME ROLE_ARN
  SMTP_HOST SMTP_PORT SMTP_USER SMTP_PASSWORD MAIL_HOST MAIL_PORT MAIL_USERNAME MAILCHECK MAILPATH
  QUEUE_URL QUEUE_CONNECTION QUEUE_NAME AUTH0_SECRET AUTH0_AUDIENCE AUTH0_ISSUER_BASE_URL NEXTAUTH_SECRET
  AUTH_TOKEN AUTH_URL STRIPE_DEVICE_NAME STRIPE_CLI_TELEMETRY_OPTOUT KAFKA_HEAP_OPTS KAFKA_OPTS KAFKA_HOME
  KEEP_ALIVE KEEP_ALIVE_TIMEOUT WEBHOOK_URL DUPLICATES SHUFFLE WORKER_COUNT WORKER_THREADS
  OTEL_LOG_LEVEL OTEL_PROPAGATORS OTEL_TRACES_EXPORTER OTEL_METRICS_EXPORTER OTEL_LOGS_EXPORTER
  OTEL_EXPORTER_OTLP_PROTOCOL OTEL_EXPORTER_OTLP_TIMEOUT OTEL_EXPORTER_OTLP_INSECURE OTEL_EXPORTER_OTLP_COMPRESSION
  OTEL_EXPORTER_OTLP_CERTIFICATE OTEL_EXPORTER_OTLP_CLIENT_KEY OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT OTEL_EXPORTER_OTLP_TRACES_HEADERS OTEL_EXPORTER_OTLP_METRICS_ENDPOINT
  OTEL_EXPORTER_OTLP_LOGS_ENDPOINT OTEL_BLRP_SCHEDULE_DELAY OTEL_BLRP_EXPORT_TIMEOUT OTEL_BLRP_MAX_QUEUE_SIZE
  OTEL_BLRP_MAX_EXPORT_BATCH_SIZE OTEL_METRIC_EXPORT_INTERVAL OTEL_METRIC_EXPORT_TIMEOUT OTEL_METRICS_EXEMPLAR_FILTER
  OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT OTEL_ATTRIBUTE_COUNT_LIMIT OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT
  OTEL_SPAN_EVENT_COUNT_LIMIT OTEL_SPAN_LINK_COUNT_LIMIT OTEL_ENTITIES OTEL_CONFIG_FILE
`
  .trim()
  .split(/\s+/);

describe('a variable that is no setting', () => {
  test.each([
    ['KEEP_ANSWER_DAYS', 'KEEP_ANSWERS_DAYS'],
    ['KEEP_ANSWERS', 'KEEP_ANSWERS_DAYS'],
    ['KEEP_MAIL_DAY', 'KEEP_MAILS_DAYS'],
    ['KEEP_ACTIVITY_MONTHS', 'KEEP_ACTIVITY_DAYS'],
    ['DATABSE_URL', 'DATABASE_URL'],
    ['DATABASE_ULR', 'DATABASE_URL'],
    ['DATABASE_REPLICAS_URL', 'DATABASE_REPLICA_URL'],
    ['database_url', 'DATABASE_URL'],
    ['DATABASE-URL', 'DATABASE_URL'],
    ['DatabaseUrl', 'DATABASE_URL'],
    ['AUTH_SECRETS', 'AUTH_SECRET'],
    ['AUTH_JWK_URL', 'AUTH_JWKS_URL'],
    ['SMTPS_URL', 'SMTP_URL'],
    ['MAIL_FORM', 'MAIL_FROM'],
    ['MAIL_MAX', 'MAILS_MAX'],
    ['ORDER_TTL', 'ORDER_TTL_MS'],
    ['ORDER_TTL_SECONDS', 'ORDER_TTL_MS'],
    ['RECONCILE_AFTER', 'RECONCILE_AFTER_MS'],
    ['QUEUE_LEASE_S', 'QUEUE_LEASE_MS'],
    ['SLOW_M', 'SLOW_MS'],
    ['NODE_EVN', 'NODE_ENV'],
    ['KAFKA_BROKER', 'KAFKA_BROKERS'],
    ['OTEL_SERVICENAME', 'OTEL_SERVICE_NAME'],
  ])('%s was meant as %s', (name, meant) => {
    expect(meantBy(name)).toBe(meant);
    // Its value may be a secret.
    expect(findMistypedSettings({ [name]: 'hunter2' })).toEqual([
      `${name} is no setting and has no effect: did you mean ${meant}?`,
    ]);
  });

  test('A name of a kind that only this program has is named, with the settings of that kind', () => {
    expect(findMistypedSettings({ KEEP_HISTORY_DAYS: '400' })).toEqual([
      'KEEP_HISTORY_DAYS is no setting and has no effect: those of this kind are KEEP_ANSWERS_DAYS, KEEP_LEDGER_DAYS, KEEP_ACTIVITY_DAYS, KEEP_PROVIDER_EVENTS_DAYS, KEEP_MAILS_DAYS, KEEP_EVENTS_DAYS, KEEP_DELIVERIES_DAYS',
    ]);
  });

  test('A setting without its last letter, with a letter too many or with two letters swapped is found', () => {
    const long = settings.map(({ name }) => name).filter((name) => name.replaceAll('_', '').length >= 7);
    for (const name of long) {
      const end = name.length - 2;
      const swapped = `${name.slice(0, end)}${name[end + 1]}${name[end]}`;
      for (const mistyped of [name.slice(0, -1), `${name}X`, swapped, name.toLowerCase()])
        if (mistyped !== name && !long.includes(mistyped))
          expect([mistyped, meantBy(mistyped)]).toEqual([mistyped, name]);
    }
  });

  test('Variables of other programs are not named', () => {
    const env = Object.fromEntries(foreign.map((name) => [name, 'x']));
    expect(findMistypedSettings(env)).toEqual([]);
    expect(findMistypedSettings({ METRIC_PORT: 'tcp://10.0.0.7:9090' })).toEqual([]);
  });

  test('Every setting is known', () => {
    expect(findMistypedSettings(Object.fromEntries(settings.map(({ name }) => [name, 'x'])))).toEqual([]);
  });

  test('An empty one, and one beside the setting that it resembles, are not named', () => {
    expect(findMistypedSettings({ KEEP_ANSWER_DAYS: '' })).toEqual([]);
    expect(findMistypedSettings({ DATABASE_URI: 'x', DATABASE_URL: 'sqlite::memory:' })).toEqual([]);
  });
});
