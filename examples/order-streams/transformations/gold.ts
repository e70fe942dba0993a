import { materializedView, read } from 'millrace'
import {
  dateFormat,
  dayofmonth,
  dayofweek,
  month,
  quarter,
  toDate,
  weekofyear,
  year,
} from 'millrace/functions'
import { appendOrdersStream } from './silver.ts'

export const factOrders = materializedView(
  'fact_orders',
  { comment: 'Orders with the dimensions of their date', tableProperties: { quality: 'gold' } },
  () =>
    read
      .table(appendOrdersStream)
      .withColumns({ order_date: toDate('order_timestamp') })
      .withColumns({
        order_year: year('order_date'),
        order_quarter: quarter('order_date'),
        order_month: month('order_date'),
        order_week: weekofyear('order_date'),
        order_day: dayofmonth('order_date'),
        order_weekday: dateFormat('order_date', 'EEEE'),
        is_weekend: dayofweek('order_date').isIn(1, 7),
      }),
)
