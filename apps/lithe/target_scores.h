// The scores of a model with several targets that are numbers, one by one: a score over all of them
// is that of the target with the largest numbers.
#pragma once

#include <optional>
#include <string>

#include "lithe/evaluation_report.h"
#include "lithe/model.h"
#include "lithe/table.h"

namespace lithe::app {

// A line for each target.
void print_targets(const RegressionReport& report);

// What the score has to beat, where examples are windows of rows.
void print_naive(const std::optional<WindowReport>& windows);

// " days" for a target of dates or durations, " kg" for one with such a unit; else nothing.
std::string unit_of_target(const Model& model);

// " over 3 targets", for a score of all of them; nothing for one.
std::string over_targets(std::size_t targets);

}  // namespace lithe::app
