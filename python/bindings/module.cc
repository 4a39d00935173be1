#include "bindings.h"

NB_MODULE(_core, module) {
  namespace python = lithe::python;
  module.doc() = "What the modules of lithe are made of: the C++ library.";
  python::add_errors(module);
  python::add_network(module);
  python::add_dataset(module);
  python::add_model(module);
  python::add_trainer(module);
  python::add_learner(module);
  python::add_reports(module);
  python::add_unknown(module);
  python::add_transfer(module);
  python::add_reading(module);
  python::add_text(module);
  python::add_forecasts(module);
  python::add_spaces(module);
  python::add_environments(module);
  python::add_agents(module);
}
