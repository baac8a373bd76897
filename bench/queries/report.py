# The same work in DuckDB, with one thread: python report.py ROWS. Without rows it only starts.
import sys

import duckdb

db = duckdb.connect(config={"threads": 1})
if len(sys.argv) > 1:
    rows = int(sys.argv[1])
    people = rows // 20
    db.execute(
        "create table customers as select i * 2 as id, i * 7919 % 500 as town, 18 + i % 60 as age from range(?) t(i)",
        [people],
    )
    db.execute(
        "create table orders as select i * 7919 % (? * 3) as customer, 2000 + i * 31 % 20 as year,"
        " 1 + i * 17 % 9 as amount, (i * 13 % 1000) / 4.0 as price from range(?) t(i)",
        [people, rows],
    )
    report = db.execute(
        "select town, year, count(*) n, sum(amount) amount, max(price) best from orders join customers on customer = id"
        " where age >= 30 and amount > 1 group by town, year having count(*) >= 2 order by sum(amount) desc, town, year"
    ).fetchall()
    check = 0
    for town, year, n, amount, best in report:
        check = (check * 31 + town * 3 + year * 5 + n * 7 + int(amount) * 11 + int(best * 4)) % 1000000007
    print(len(report), check)
