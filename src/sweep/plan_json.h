// Plans and trials as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "lithe/sweep.h"

namespace lithe::sweep {

nlohmann::ordered_json to_json(const SweepPlan& plan);
nlohmann::ordered_json to_json(const SweepPlan& plan, const SweepTrial& trial);
// Both throw Error(model) that names `file` where it is damaged.
SweepPlan plan_from(const std::string& text, const std::string& file);
SweepTrial trial_from(const SweepPlan& plan, const std::string& text, const std::string& file);

// Text of the system's, such as a path, need not be UTF-8.
std::string dump(const nlohmann::ordered_json& value);

// In words, what the second plan has otherwise than the first; empty: nothing.
struct PlanDifference {
  std::string what, before, after;  // "--epochs", "10", "20"
};
std::optional<PlanDifference> difference_of(const SweepPlan& before, const SweepPlan& after);

}  // namespace lithe::sweep
