// Feeds the sentence reader anything at all, as a sentence of every category there is. It may
// refuse with lithe::Error that points into the text; what it accepts must print, and what is
// printed must read back as the same value.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "lithe/error.h"
#include "lithe/network.h"
#include "network/bind.h"
#include "require.h"
#include "sentence_catalogues.h"

namespace {

using lithe::network::Category;

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

void check_component(std::string_view text, const sentences::Kind& kind) {
  const auto read = [&](std::string_view sentence) {
    return lithe::network::read_component(sentence, kind.category, kind.catalogue);
  };
  const lithe::Component component = read(text);
  require(read(lithe::network::print(component, kind.category, kind.catalogue)) == component);
}

// A chain of augmentations, say: each part of it reads back.
void check_chain(std::string_view text, const sentences::Kind& kind) {
  for (const lithe::Component& component :
       lithe::network::read_sentence(text, kind.category, kind.catalogue))
    check_component(lithe::network::print(component, kind.category, kind.catalogue), kind);
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
  require(network.forward_operations() > 0 && std::isfinite(network.forward_operations()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<sentences::Kind> kinds = sentences::all_kinds();
  const std::string text(data, data + size);
  may_refuse([&] { check_network(text); });
  for (const sentences::Kind& kind : kinds) {
    may_refuse([&] { check_component(text, kind); });
    if (kind.category != Category::layer) may_refuse([&] { check_chain(text, kind); });
  }
  may_refuse([&] { check_public(text); });
  return 0;
}
