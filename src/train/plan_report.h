// The description of a plan for reports.
#pragma once

#include <utility>
#include <vector>

#include "lithe/trainer.h"
#include "plan/plan.h"

namespace lithe::train {

// `seconds` were spent in each stage; `trials` are examples a second by number of threads.
PlanReport report_plan(const plan::Description& plan, const std::vector<double>& seconds,
                       Precision precision, bool bfloat16,
                       const std::vector<std::pair<std::size_t, double>>& trials);

// Divides the seconds of training among reading, forward and backward. The seconds of single stages
// were sampled, so they are scaled to the measured total.
TimeSplit split_time(const plan::Description& plan, const std::vector<double>& seconds,
                     double training, double evaluation);

}  // namespace lithe::train
