-- Zones below a name are found by its last two labels, or its last three where it has as many: the end of a text is
-- nothing an index of whole names can be asked for. The expressions are those of store/domains.py.
CREATE INDEX zone_by_two_labels ON zone (substr(name, length(rtrim(rtrim(rtrim(name, replace(name, '.', '')), '.'), replace(name, '.', ''))) + 1));
CREATE INDEX zone_by_three_labels ON zone (substr(name, length(rtrim(rtrim(rtrim(rtrim(rtrim(name, replace(name, '.', '')), '.'), replace(name, '.', '')), '.'), replace(name, '.', ''))) + 1));
