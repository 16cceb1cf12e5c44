-- Which rules were in force from when, who saw to it, and how much did they decide?
SELECT s.at AS since, s.user, s.cause, s.digest,
       (SELECT count(*) FROM decisions d
         WHERE d.rules = s.digest AND d.sequence > s.sequence
           AND NOT EXISTS (SELECT 1 FROM rule_sets n
                            WHERE n.kind = 'activation' AND n.sequence > s.sequence
                              AND n.sequence < d.sequence)) AS decisions
  FROM rule_sets s
 WHERE s.kind = 'activation'
 ORDER BY s.sequence;
