// What a plan tells of itself to those who read reports.
#pragma once

#include <utility>
#include <vector>

#include "lithe/trainer.h"
#include "plan/plan.h"

namespace lithe::train {

// `seconds` were spent in each stage; `trials` are examples a second by number of threads.
PlanReport report_plan(const plan::Description& plan, const std::vector<double>& seconds,
                       Precision precision,
                       const std::vector<std::pair<std::size_t, double>>& trials);

// Of the seconds of training by what the stages are for. The stages' own seconds were sampled; the
// time that they share was measured.
TimeSplit split_time(const plan::Description& plan, const std::vector<double>& seconds,
                     double training, double evaluation);

}  // namespace lithe::train
