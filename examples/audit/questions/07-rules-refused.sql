-- Which changes of the rules were refused, and what was wrong with them?
SELECT at, user, cause, error_file, error_line, error
  FROM rule_sets
 WHERE kind = 'rejection'
 ORDER BY sequence;
