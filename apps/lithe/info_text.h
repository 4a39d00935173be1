// What `lithe info` prints of a machine.
#pragma once

#include <string>

#include "lithe/machine_report.h"

namespace lithe::app {

// For people: one screen, or with `all` everything.
std::string info_text(const MachineReport& report, bool all);

// One JSON object, always everything.
std::string info_json(const MachineReport& report);

}  // namespace lithe::app
