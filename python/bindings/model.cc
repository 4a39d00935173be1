#include "lithe/model.h"

#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include "bindings.h"
#include "calls.h"
#include "lithe/defaults.h"
#include "lithe/history.h"
#include "lithe/trainer.h"

namespace lithe::python {

std::size_t answer_columns(const Model& model) {
  const Shape shape = model.network().output_shape();
  return std::max<std::size_t>(1, shape.sizes.size() == 2 ? shape.sizes.back() : shape.size());
}

namespace {

nb::ndarray<nb::numpy> values_of(const Model& model, const std::string& name) {
  const std::vector<double> values = model.values(name);
  const std::vector<std::size_t> shape = model.shape(name);
  const auto as = [&]<typename T>(T) {
    T* copy = new T[values.size()];
    std::transform(values.begin(), values.end(), copy,
                   [](double value) { return static_cast<T>(value); });
    nb::capsule owner(copy, [](void* memory) noexcept { delete[] static_cast<T*>(memory); });
    return nb::ndarray<nb::numpy>(copy, shape.size(), shape.data(), owner, nullptr, nb::dtype<T>());
  };
  return model.precision() == Precision::float32 ? as(float{}) : as(double{});
}

nb::ndarray<nb::numpy, double> predict(const Model& model, const Matrix& matrix, double divisor,
                                       const Lengths& lengths) {
  const Features features = features_of(matrix, divisor, lengths, model);
  const std::vector<double> outputs =
      interruptible([&](Progress&) { return model.predict(features); });
  const std::size_t columns = answer_columns(model);
  return array_of<double>(outputs, {outputs.size() / columns, columns});
}

Preprocessing changed(const Model& model, double divisor,
                      const std::vector<std::string>& class_names) {
  Preprocessing result = model.preprocessing();
  result.divisor = divisor;
  result.class_names = class_names;
  return result;
}

}  // namespace

void add_model(nb::module_& module) {
  nb::class_<Model>(module, "Model")
      .def(
          "__init__",
          [](Model* self, const Network& network, std::string_view precision, std::uint64_t seed) {
            new (self) Model(network, parse_precision(precision), seed);
          },
          nb::arg("network"), nb::arg("precision"), nb::arg("seed"))
      .def(
          "__init__",
          [](Model* self, const std::filesystem::path& path) {
            new (self) Model(Model::load(path));
          },
          nb::arg("path"))
      .def("_save", &Model::save, nb::arg("path"), nb::call_guard<nb::gil_scoped_release>())
      .def("_network", [](const Model& self) { return self.network().to_string(); })
      .def_prop_ro(
          "precision", [](const Model& self) { return std::string(name(self.precision())); },
          "'float32' or 'float64'.")
      .def_prop_ro(
          "divisor", [](const Model& self) { return self.preprocessing().divisor; },
          "What inputs are divided by: 255 for pixels, else 1.")
      .def_prop_ro(
          "class_names", [](const Model& self) { return self.preprocessing().class_names; },
          "The names of the classes; empty where they are numbers.")
      .def("_schema", [](const Model& self) { return self.preprocessing().schema; })
      .def("_set_preprocessing",
           [](Model& self, double divisor, const std::vector<std::string>& class_names) {
             self.set_preprocessing(changed(self, divisor, class_names));
           })
      // How other files are read as those of the training were.
      .def(
          "_set_form",
          [](Model& self, const std::string& schema, const std::vector<std::size_t>& image,
             const std::string& resize) {
            Preprocessing p = self.preprocessing();
            p.schema = schema, p.image = image, p.resize = parse_resize(resize);
            self.set_preprocessing(std::move(p));
          },
          nb::arg("schema"), nb::arg("image"), nb::arg("resize"))
      .def_prop_ro(
          "metadata", [](const Model& self) { return self.metadata(); },
          "A copy of the texts that are kept with the model.")
      .def("_set_metadata", [](Model& self, const std::string& key,
                               const std::string& value) { self.metadata()[key] = value; })
      .def("names", &Model::names, "The names of the learned arrays, such as 'layers.0.weight'.")
      .def("_values", &values_of, nb::arg("name"))
      .def(
          "_set_values",
          [](Model& self, const std::string& name, const Vector<double>& values) {
            self.set_values(name, {values.data(), values.data() + values.size()});
          },
          nb::arg("name"), nb::arg("values"))
      .def("_target_scaling",
           [](const Model& self) {
             const Preprocessing& p = self.preprocessing();
             return std::pair(p.target_mean, p.target_deviation);
           })
      // Where the targets' units have another zero than while the network learned them.
      .def("_shift_targets",
           [](Model& self, const std::vector<double>& by) {
             Preprocessing p = self.preprocessing();
             for (std::size_t i = 0; i < p.target_mean.size(); ++i) p.target_mean[i] += by.at(i);
             self.set_preprocessing(std::move(p));
           })
      .def("_standardize",
           [](Model& self, const Examples& examples) { self.standardize(examples); })
      .def("_set_positions", &Model::set_positions, nb::arg("most"))
      .def("_predict", &predict, nb::arg("features"), nb::arg("divisor"),
           nb::arg("lengths").none() = nb::none());

  module.def(
      "_evaluate",
      [](const Model& model, const Examples& examples, const std::string& loss,
         std::optional<std::size_t> streams) {
        const Evaluation result = interruptible([&](Progress&) {
          return evaluate(model, examples, loss.empty() ? default_loss(model, examples) : loss,
                          "auto", streams);
        });
        nb::dict figures;
        figures["loss"] = result.loss;
        figures["correct"] = result.correct;
        figures["total"] = result.total;
        figures["rmse"] = result.rmse;
        return figures;
      },
      nb::arg("model"), nb::arg("examples"), nb::arg("loss"), nb::arg("streams").none());
  module.def(
      "_default_training",
      [](const Examples& examples, const std::vector<std::size_t>& shape, std::size_t batch) {
        const DefaultTraining chosen = default_training(examples, shape, batch);
        nb::dict result;
        result["network"] = chosen.network;
        result["loss"] = chosen.options.loss;
        result["optimizer"] = chosen.options.optimizer;
        result["batch"] = chosen.options.batch;
        result["epochs"] = chosen.options.epochs;
        result["validation"] = chosen.options.validation;
        result["patience"] = chosen.options.patience;
        result["standardize_targets"] = chosen.options.standardize_targets;
        return result;
      },
      nb::arg("examples"), nb::arg("shape"), nb::arg("batch"));
  module.def("_draw_history", [](const Model& model) { return draw_history(history_of(model)); });
}

}  // namespace lithe::python
