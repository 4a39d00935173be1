// What the environment tells libraries about threads and kernels.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lithe/machine_report.h"

namespace lithe::doctor {

// Those variables that are set, each with what it does. `processors` is what the program may use.
std::vector<ThreadSetting> thread_settings(const std::function<std::string(const char*)>& variable,
                                           double processors);

}  // namespace lithe::doctor
