// What `lithe sweep` prints: a line for each trial, the table, the best one; or all of it as JSON.
#pragma once

#include <string>
#include <vector>

#include "lithe/sweep.h"

namespace lithe::app {

// "units=16 rate=0.00123"
std::string values_text(const SweepPlan& plan, const std::vector<std::string>& values);
// "rmse 543.1 ± 3.2", "accuracy 93.41% ± 0.20%"
std::string score_text(const SweepPlan& plan, const SweepTrial::Rung& rung);

void print_trial(const SweepPlan& plan, const SweepTrial& trial, std::size_t done,
                 std::size_t tasks);
// At most `most` rows; 0: all. The failed ones stand at the end.
void print_table(const SweepPlan& plan, const std::vector<SweepTrial>& trials, std::size_t most);
void print_importance(const SweepPlan& plan, const std::vector<SweepTrial>& trials);
// The best trial with its test score, which nothing was chosen by.
void print_best(const SweepPlan& plan, const std::vector<SweepTrial>& trials);
// Beginning at the best; null where there is none.
std::string sweep_json(const SweepPlan& plan, const std::vector<SweepTrial>& trials,
                       const std::string& command, const std::string& model);

}  // namespace lithe::app
