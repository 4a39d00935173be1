#include "schedules/schedules.h"
namespace lithe::schedules {
std::vector<network::Declaration> declarations() { return {{"constant", "fixed", {{"lr","rate",network::Type::number,{},0,1e6,true}}}}; }
}
