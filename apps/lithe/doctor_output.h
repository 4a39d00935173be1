// What `lithe doctor` prints.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "lithe/doctor.h"

namespace lithe::app {

// One finding for people, after its number and what it costs in words.
std::string finding_text(int number, const std::string& costs, const Finding& finding);

// Findings for people, numbered, each with what it costs, what was measured, what to do, and how to
// check it.
std::string findings_text(const std::vector<Finding>& findings);

// The same for programs: an array.
nlohmann::ordered_json findings_json(const std::vector<Finding>& findings);

// Everything; with `all` also what was looked at and found fine.
std::string checkup_text(const Checkup& checkup, bool all);
std::string checkup_json(const Checkup& checkup);

}  // namespace lithe::app
