// The manual page lithe(1), made from the declarations of the options and the catalogue.
#pragma once

#include <string>

namespace lithe::app {

std::string manual_page();  // in roff, with the macros of man

}  // namespace lithe::app
