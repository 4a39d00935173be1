#include "lithe/transfer.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bindings.h"
#include "lithe/ensemble.h"
#include "lithe/learner.h"
#include "lithe/model.h"

namespace lithe::python {

void add_transfer(nb::module_& module) {
  module.def(
      "_replace_head",
      [](const Network& network, const std::string& head) {
        const Reuse reuse = replace_head(network, head);
        return nb::make_tuple(reuse.network.to_string(), reuse.layers);
      },
      nb::arg("network"), nb::arg("head"));
  module.def("_copy_layers", &copy_layers, nb::arg("source"), nb::arg("to"), nb::arg("layers"));
  module.def(
      "_ensemble",
      [](Model& result, const std::vector<Model*>& members) {
        const std::vector<const Model*> all(members.begin(), members.end());
        result = ensemble(std::span<const Model* const>(all));
      },
      nb::arg("result"), nb::arg("members"));
  module.def("_move_toward", &move_toward, nb::arg("model"), nb::arg("other"), nb::arg("share"));
  module.def("_describe_layers", [](const Model& model) {
    nb::list layers;
    for (const LayerDescription& layer : describe_layers(model)) {
      nb::dict one;
      one["number"] = layer.number;
      one["label"] = layer.label;
      one["output"] = nb::tuple(nb::cast(layer.output.sizes));
      one["parameters"] = layer.parameters;
      one["operations"] = layer.operations;
      one["arrays"] = layer.arrays;
      layers.append(one);
    }
    return layers;
  });
}

}  // namespace lithe::python
