# Makes a hypothetical revision 3: every structure has grown, except for the head of a block.
s/VITALS_REVISION = 2,/VITALS_REVISION = 3,/
s|^  uint64_t readers; .*|&\n  uint64_t future_header[3];|
/^struct vitals_schema {/,/^};/s|^};|  uint64_t future_schema;\n};|
/^struct vitals_statistic {/,/^};/s|^};|  uint64_t future_statistic[2];\n};|
/^struct vitals_source {/,/^};/s|^};|  uint64_t future_source[2];\n};|
/^struct vitals_labels {/,/^};/s|^};|  uint64_t future_labels;\n};|
/^struct vitals_group {/,/^};/s|^};|  uint64_t future_group[2];\n};|
/^struct vitals_copy {/,/^};/s|^};|  uint64_t future_copy[2];\n};|
s/^VITALS_SIZE(vitals_header, 176)/VITALS_SIZE(vitals_header, 200)/
s/^VITALS_SIZE(vitals_schema, 48)/VITALS_SIZE(vitals_schema, 56)/
s/^VITALS_SIZE(vitals_statistic, 32)/VITALS_SIZE(vitals_statistic, 48)/
s/^VITALS_SIZE(vitals_source, 72)/VITALS_SIZE(vitals_source, 88)/
s/^VITALS_SIZE(vitals_labels, 40)/VITALS_SIZE(vitals_labels, 48)/
s/^VITALS_SIZE(vitals_group, 112)/VITALS_SIZE(vitals_group, 128)/
s/^VITALS_SIZE(vitals_copy, 16)/VITALS_SIZE(vitals_copy, 32)/
