// Reports on a training and on a model: where the time goes, how the layers fare, what it gets
// wrong.
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bindings.h"
#include "calls.h"
#include "lithe/error.h"
#include "lithe/evaluation_report.h"
#include "lithe/machine_report.h"
#include "lithe/profile.h"
#include "lithe/watch.h"

namespace lithe::python {

namespace {

nb::dict profile_of(const Trainer& trainer, const std::string& isa) {
  ProfileRecords records;
  Profile profile;
  interruptible([&](Progress&) {
    records = trainer.profile();
    const MachineIdentity machine = identify_machine();
    profile = make_profile(records, machine, machine_limits(machine, isa));
  });
  nb::dict files;
  files["profile.txt"] = profile_table(profile);
  files["profile.json"] = profile_json(profile);
  files["roofline.svg"] = draw_roofline(profile);
  files["trace.json"] = profile_trace(records);
  files["profile.folded"] = profile_folded(profile);
  return files;
}

const char* name(Disease disease) {
  switch (disease) {
    case Disease::vanishing:
      return "vanishing";
    case Disease::exploding:
      return "exploding";
    case Disease::dead_units:
      return "dead_units";
    case Disease::saturated:
      return "saturated";
    case Disease::overfitting:
      return "overfitting";
    case Disease::not_learning:
      return "not_learning";
  }
  return "";
}

nb::dict dict_of(const LayerWatch& layer) {
  nb::dict figures;
  figures["layer"] = layer.layer;
  figures["label"] = layer.label;
  figures["activation"] = layer.activation;
  figures["frozen"] = layer.frozen;
  figures["mean"] = layer.mean;
  figures["spread"] = layer.spread;
  figures["dead"] = layer.dead;
  figures["saturated"] = layer.saturated;
  figures["weight_norm"] = layer.weight_norm;
  figures["gradient_norm"] = layer.gradient_norm;
  figures["update_norm"] = layer.update_norm;
  return figures;
}

nb::dict dict_of(const EpochWatch& epoch) {
  nb::list layers;
  for (const LayerWatch& layer : epoch.layers) layers.append(dict_of(layer));
  nb::dict figures;
  figures["epoch"] = epoch.epoch;
  figures["steps"] = epoch.steps;
  figures["layers"] = layers;
  figures["not_watched"] = epoch.not_watched;
  figures["train_loss"] = epoch.train_loss;
  figures["evaluation_loss"] = epoch.evaluation_loss;
  figures["evaluation_accuracy"] = epoch.evaluation_accuracy;
  figures["best_evaluation_loss"] = epoch.best_evaluation_loss;
  return figures;
}

nb::dict watched_of(const Trainer& trainer) {
  const std::vector<EpochWatch>& history = trainer.watched();
  nb::list epochs, diagnoses;
  for (const EpochWatch& epoch : history) epochs.append(dict_of(epoch));
  for (const Diagnosis& one : diagnose(history)) {
    nb::dict diagnosis;
    diagnosis["disease"] = name(one.disease);
    diagnosis["layer"] = one.layer;
    diagnosis["text"] = one.text;
    diagnoses.append(diagnosis);
  }
  nb::dict result;
  result["epochs"] = epochs;
  result["diagnoses"] = diagnoses;
  result["watched"] = watched_layers(history);
  result["picture"] = history.empty() ? std::string() : draw_watch(history);
  return result;
}

// JSON, and the page.
std::pair<std::string, std::string> evaluation_of(const Model& model, const Examples& examples,
                                                  const nb::dict& options) {
  EvaluationOptions how;
  Dataset data;
  std::string model_file;
  Keywords keywords(options);
  const auto read = [&](const char* key, auto& option) { keywords.read(key, option); };
  read("isa", how.isa), read("most_errors", how.most_errors), read("columns", how.columns);
  read("shape", data.shape), read("data", data.name);
  read("model", model_file);
  data.test = examples;
  return interruptible([&](Progress&) {
    const EvaluationReport report = report_evaluation(model, examples, how);
    return std::pair(evaluation_json(report, data.name, model, model_file),
                     evaluation_page(model_file, model, data, report));
  });
}

}  // namespace

void add_reports(nb::module_& module) {
  module.def("_profile", &profile_of, nb::arg("trainer"), nb::arg("isa"));
  module.def("_watched", &watched_of, nb::arg("trainer"));
  module.def("_report_evaluation", &evaluation_of, nb::arg("model"), nb::arg("examples"),
             nb::arg("options"));
}

}  // namespace lithe::python
