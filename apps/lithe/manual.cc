#include "manual.h"

#include <fmt/format.h>

#include <algorithm>

#include "commands.h"
#include "help.h"
#include "lithe/catalogue.h"

namespace lithe::app {

namespace {

// Text as roff takes it: no line begins with a control character.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const bool starts_line = result.empty() || result.back() == '\n';
    if (starts_line && (c == '.' || c == '\'')) result += "\\&";
    if (c == '\\')
      result += "\\e";
    else if (c == '-')
      result += "\\-";
    else
      result += c;
  }
  return result;
}

std::string entry(const std::string& label, const std::string& help) {
  return fmt::format(".TP\n\\fB{}\\fR\n{}\n", escaped(label), escaped(help));
}

// Options in the order of their declaration, a heading where a group begins.
std::string options_section(const Options& options) {
  std::string text, group = "Options";
  for (const Option& option : options.all())
    if (option.is_positional()) text += entry(option_label(option), option_help(option));
  for (const Option& option : options.all()) {
    if (option.is_positional() || option.is_hidden) continue;
    if (option.group_name != group)
      text += fmt::format(".PP\n{}:\n", escaped(group = option.group_name));
    text += entry(option_label(option), option_help(option));
  }
  return text;
}

std::string command_section(const Options& options) {
  std::string text = fmt::format(".SS {}\n{}\n.PP\n\\fB{}\\fR\n", escaped(options.get_name()),
                                 escaped(options.description()), escaped(usage_line(options)));
  text += options_section(options);
  if (!options.footer().empty())
    text += fmt::format(".PP\n.nf\n{}\n.fi\n", escaped(options.footer()));
  return text;
}

std::string catalogue_section() {
  std::string text =
      ".SH SENTENCES\n"
      "Networks, losses, optimizers and the like are written as sentences, such as\n"
      "\\fBdense(30, relu) \\-> dense(10)\\fR. This is what they can name;\n"
      "\\fBlithe list\\fR with the name of a category says what arguments each takes.\n";
  for (const CatalogueCategory& category : list_catalogue()) {
    text += fmt::format(".SS {}\n{}\n", escaped(category.name), escaped(category.help));
    for (const CatalogueEntry& one : category.entries) text += entry(one.name, one.help);
  }
  return text;
}

constexpr const char* kEnd =
    ".SH EXIT STATUS\n"
    "0 if all went well, 1 if something failed, 2 if the arguments are wrong.\n"
    "\\fBlithe doctor \\-\\- PROGRAM\\fR ends as the program does.\n"
    ".SH ENVIRONMENT\n"
    ".TP\n\\fBLITHE_DATA\\fR\nthe folder of data sets\n"
    ".TP\n\\fBLITHE_RECIPES\\fR\na folder of recipes, looked at before all others\n"
    ".TP\n\\fBXDG_CACHE_HOME\\fR\nwhere the folder \\fIlithe\\fR with data sets and measured "
    "limits "
    "lies (default: \\fI~/.cache\\fR)\n"
    ".TP\n\\fBCOLUMNS\\fR\nthe width that text is folded at (default: the terminal's, or 80)\n"
    ".SH EXAMPLES\n.nf\n"
    "lithe train seed\n"
    "lithe train \\-\\-data digits \\-\\-network \"dense(30, relu) \\-> dense(10)\" "
    "\\-\\-loss cross_entropy\n"
    "lithe evaluate model.safetensors \\-\\-data digits\n"
    ".fi\n";

}  // namespace

std::string manual_page() {
  std::string text = fmt::format(
      ".\\\" Made by `lithe completion man`.\n"
      ".TH LITHE 1 \"\" \"lithe {}\" \"User Commands\"\n"
      ".SH NAME\nlithe \\- trains neural networks at the limit of the processor\n"
      ".SH SYNOPSIS\n\\fBlithe\\fR \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]\n"
      ".PP\n\\fBlithe\\fR \\fICOMMAND\\fR \\fB\\-\\-help\\fR\n"
      ".PP\n\\fBlithe \\-\\-version\\fR\n"
      ".SH DESCRIPTION\nThe commands are\n",
      LITHE_VERSION);
  for (const Command& command : commands()) text += entry(command.name, command.help);
  text += ".SH COMMANDS AND OPTIONS\n";
  for (const Options& options : all_declarations()) text += command_section(options);
  return text + catalogue_section() + kEnd;
}

}  // namespace lithe::app
