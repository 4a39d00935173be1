// The built-in environments, a file for each.
#pragma once

#include <vector>

#include "environments/vector_env.h"

namespace lithe::environments {

Kind acrobot();
Kind cartpole();
Kind cartpole_swingup();
Kind mountain_car();
Kind mountain_car_continuous();
Kind pendulum();
Kind snake();
Kind grid_world();

const std::vector<Kind>& kinds();
// The kinds, and the names that their arguments take.
const network::Catalogue& catalogue();
const Kind& kind_called(const std::string& name);

}  // namespace lithe::environments
