import type { OverviewWords } from './consoleEnOverview.ts';
import { consoleViSteps } from './consoleViSteps.ts';

export const consoleViOverview: OverviewWords = {
  names: consoleViSteps,
  title: 'Tổng quan',
  numbers: {
    label: 'Tác vụ lúc này',
    ready: 'Sẵn sàng',
    running: 'Đang chạy',
    waiting: 'Chờ thử lại',
    paused: 'Tạm dừng',
    failed: 'Thất bại',
    oldest: 'Chờ lâu nhất',
    none: 'không có',
  },
  chart: {
    title: 'Một giờ qua',
    finished: 'Hoàn thành',
    ready: 'Sẵn sàng',
    finishedNow: (rate) => `hiện ${rate} mỗi giây`,
    readyNow: (count) => `hiện ${count}`,
    most: (count) => `cao nhất ${count}`,
    mostInSlot: (count) => `cao nhất ${count} trong 10 giây`,
    text: (finished, ready) =>
      `Biểu đồ một giờ qua. Tác vụ hoàn thành: tổng cộng ${finished}. Tác vụ sẵn sàng: cao nhất ${ready}.`,
    quiet: 'Một giờ qua không có tác vụ nào hoàn thành.',
    table: 'Xem các số này dạng bảng',
    caption: 'Tác vụ theo từng năm phút',
    time: 'Từ',
    atEnd: 'Sẵn sàng lúc cuối',
    unknown: 'không đếm',
  },
  failures: {
    title: 'Tác vụ thất bại',
    none: 'Không có tác vụ nào thất bại.',
    caption: 'Tác vụ thất bại theo quy trình, bước và lỗi',
    pipeline: 'Quy trình',
    step: 'Bước',
    error: 'Lỗi',
    tasks: 'Tác vụ',
    show: (count, pipeline, step) => `${count}: xem tác vụ thất bại của ${pipeline} ở bước ${step}`,
    more: (count) => `Còn ${count} loại nữa: xem mọi tác vụ thất bại`,
    all: 'Xem mọi tác vụ thất bại',
  },
  pauses: {
    title: 'Tạm dừng',
    none: 'Không có gì đang tạm dừng.',
    whole: 'mọi bước',
    origins: { operator: 'Do người quản trị dừng', fault: 'Dừng vì sự cố' },
    since: 'từ',
    show: (what) => `Xem tác vụ tạm dừng của ${what}`,
  },
};
