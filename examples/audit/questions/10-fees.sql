-- What did entries cost, by the year of the assessment and the route?
SELECT substr(assessed_on, 1, 4) AS year, route, count(*) AS decisions,
       sum(fee_net) AS net, sum(fee_vat) AS vat, sum(fee_gross) AS gross, fee_currency
  FROM decisions
 WHERE revoked_by IS NULL
 GROUP BY year, route, fee_currency
 ORDER BY year, route, fee_currency;
