-- Which scores fell since the benchmark before, although an award was given?
SELECT d.name, before.assessed_on AS before_on, d.assessed_on, d.award,
       now.statement, was.score AS was, now.score AS now
  FROM decisions d
  JOIN decisions before ON before.sequence = (
         SELECT x.sequence FROM decisions x
          WHERE x.partnership = d.partnership AND x.revoked_by IS NULL
            AND x.sequence < d.sequence AND x.assessed_on <= d.assessed_on
          ORDER BY x.assessed_on DESC, x.sequence DESC LIMIT 1)
  JOIN scores now ON now.sequence = d.sequence
  JOIN scores was ON was.sequence = before.sequence AND was.statement = now.statement
 WHERE d.revoked_by IS NULL AND d.award IS NOT NULL
   AND now.score > 0 AND now.score < was.score
 ORDER BY d.assessed_on, d.name, now.statement;
