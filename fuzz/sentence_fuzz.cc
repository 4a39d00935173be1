// Feeds the sentence reader anything at all. It may refuse with lithe::Error that points into the
// text; what it accepts must print, and what is printed must read back as the same value.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "catalogue/catalogue.h"
#include "lithe/error.h"
#include "lithe/network.h"
#include "network/bind.h"

namespace {

using lithe::network::Category;

void require(bool holds) {
  if (!holds) std::abort();
}

// Calls `check` and lets pass a refusal that says what is wrong.
template <typename Check>
void may_refuse(const Check& check) {
  try {
    check();
  } catch (const lithe::Error& error) {
    require(error.kind() == lithe::ErrorKind::sentence);
    require(!error.problem().empty());
  }
}

void check_network(std::string_view text) {
  const auto& catalogue = lithe::catalogue::catalogue();
  const lithe::Sentence network = lithe::network::read_network(text, catalogue);
  const std::string printed = lithe::network::print(network, catalogue);
  require(lithe::network::read_network(printed, catalogue) == network);
}

void check_component(std::string_view text, Category category) {
  const auto& catalogue = lithe::catalogue::catalogue();
  const lithe::Component component = lithe::network::read_component(text, category, catalogue);
  const std::string printed = lithe::network::print(component, category, catalogue);
  require(lithe::network::read_component(printed, category, catalogue) == component);
}

// As users meet it, shapes checked as well.
void check_public(std::string_view text) {
  const lithe::Network network = lithe::Network::parse(text);
  require(lithe::Network::parse(network.to_string()) == network);
  if (!network.has_input()) {
    lithe::Network::parse(network.with_input({{28, 28}}).to_string());
    return;
  }
  require(network.output_shape().size() > 0);
  require(network.parameter_count() > 0);
  require(network.forward_operations() > 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  may_refuse([&] { check_network(text); });
  for (const Category category :
       {Category::activation, Category::loss, Category::optimizer, Category::initializer})
    may_refuse([&] { check_component(text, category); });
  may_refuse([&] { check_public(text); });
  return 0;
}
