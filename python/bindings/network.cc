#include "lithe/network.h"

#include <fmt/format.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include "bindings.h"
#include "lithe/catalogue.h"
#include "lithe/defaults.h"
#include "lithe/error.h"

namespace lithe::python {

namespace {

const Network& whole(const Network& network) {
  if (!network.has_input())
    throw Error(ErrorKind::sentence, "the network does not say its input", network.to_string(),
                "network.with_input(shape)");
  return network;
}

}  // namespace

void add_network(nb::module_& module) {
  nb::class_<Network>(module, "Network")
      .def(
          "__init__",
          [](Network* self, std::string_view sentence) {
            new (self) Network(Network::parse(sentence));
          },
          nb::arg("sentence"))
      .def(
          "_with_input",
          [](const Network& self, const std::vector<std::size_t>& shape, bool lengths) {
            return self.with_input({shape}, lengths);
          },
          nb::arg("shape"), nb::arg("lengths"))
      .def_prop_ro("has_input", &Network::has_input, "Whether it begins with `input(shape)`.")
      .def_prop_ro(
          "has_lengths", [](const Network& self) { return self.has_input() && self.has_lengths(); },
          "Whether it takes sequences of unequal length: input(48x7, lengths=true).")
      .def_prop_ro(
          "parameter_count", [](const Network& self) { return whole(self).parameter_count(); },
          "The number of learned values. The network must have an input.")
      .def_prop_ro(
          "forward_operations",
          [](const Network& self) { return whole(self).forward_operations(); },
          "Operations of a forward pass of one example; a multiply-add counts as two.")
      .def_prop_ro(
          "input_shape", [](const Network& self) { return whole(self).input_shape().sizes; },
          "The shape of one example, a list of whole numbers.")
      .def_prop_ro(
          "output_shape", [](const Network& self) { return whole(self).output_shape().sizes; },
          "The shape of the outputs of one example.")
      .def("__str__", &Network::to_string)
      .def("__repr__",
           [](const Network& self) { return fmt::format("Network('{}')", self.to_string()); });

  // The network behind the layers that a table's rows need (lithe/defaults.h).
  module.def(
      "_with_table_input",
      [](const Network& network, const std::vector<std::vector<std::size_t>>& columns,
         bool standardize) { return with_table_input(network, columns, standardize); },
      nb::arg("network"), nb::arg("columns"), nb::arg("standardize"));
  module.def("_list_catalogue", [] {
    nb::dict categories;
    for (const CatalogueCategory& category : list_catalogue()) {
      nb::dict entries;
      for (const CatalogueEntry& entry : category.entries) entries[entry.name.c_str()] = entry.text;
      categories[category.name.c_str()] = entries;
    }
    return categories;
  });
}

}  // namespace lithe::python
