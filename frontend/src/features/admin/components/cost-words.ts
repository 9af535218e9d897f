import { t } from "@lingui/core/macro";
import type { CostLine, CostUnit } from "@/lib/contract";

/** What a line of the costs is about. */
export function itemName(item: CostLine["item"]): string {
  const names: Record<CostLine["item"], string> = {
    orders: t`Orders placed`,
    rows: t`Rows imported`,
    customers: t`New customers`,
    messages: t`Messages sent`,
    questions: t`Questions to the model`,
    polling: t`Queues asked for work`,
    clock: t`Minutes of the clock`,
    alarms: t`Alarms and dashboard`,
    secrets: t`Secrets`,
  };
  return names[item] ?? item;
}

/** How its amounts are known. */
export function basisName(basis: CostLine["basis"]): string {
  const names: Record<CostLine["basis"], string> = {
    counted: t`counted as it was used`,
    estimated: t`estimated from how many there were`,
    standing: t`by the time that has passed`,
  };
  return names[basis] ?? basis;
}

/** What is billed. */
export function unitName(unit: CostUnit): string {
  const names: Record<CostUnit, string> = {
    dynamodbWriteRequestUnit: t`write units`,
    dynamodbReadRequestUnit: t`read units`,
    sqsRequest: t`queue requests`,
    lambdaRequest: t`function calls`,
    lambdaGbSecond: t`GB-seconds`,
    geminiInputToken: t`tokens in`,
    geminiOutputToken: t`tokens out`,
    cloudwatchAlarmMonth: t`alarm-months`,
    cloudwatchDashboardMonth: t`dashboard-months`,
    secretMonth: t`secret-months`,
  };
  return names[unit] ?? unit;
}
