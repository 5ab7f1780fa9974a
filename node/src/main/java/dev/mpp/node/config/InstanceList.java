package dev.mpp.node.config;

import dev.mpp.node.config.MppConfig.Instance;
import dev.mpp.node.config.Section.Placed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The {@code instances:} of a site: none, or exactly two. */
record InstanceList(List<Instance> all) {
  private static final int TWINS = 2;

  static InstanceList read(Section site) {
    if (!site.has("instances")) {
      return new InstanceList(List.of());
    }
    if (site.has("address")) {
      site.problem(
          "address",
          "is given beside instances",
          "remove it: the address of a site with two instances is that of the first");
    }
    List<Instance> read = new ArrayList<>();
    List<Section> sections = site.sections("instances");
    for (Section section : sections) {
      Optional<String> name = section.need("name", Form.NAME).map(Placed::value);
      Optional<String> address = section.need("address", Form.HOST).map(Placed::value);
      section.close();
      if (name.isPresent() && address.isPresent()) {
        check(section, new Instance(name.get(), address.get()), read);
      }
    }
    if (sections.size() != TWINS) {
      site.problem(
          "instances",
          "lists " + sections.size(),
          "list two, or none and give the site's address: {name: a, address: ...}, {name: b,"
              + " address: ...}");
    }
    return new InstanceList(List.copyOf(read));
  }

  private static void check(Section section, Instance instance, List<Instance> read) {
    for (Instance other : read) {
      if (other.name().equals(instance.name())) {
        section.problem(
            "name", "is \"" + instance.name() + "\", as the other one's", "give each its own name");
      }
      if (Addresses.canonical(other.address()).equals(Addresses.canonical(instance.address()))) {
        section.problem(
            "address",
            "is " + instance.address() + ", as the other one's",
            "give each its own address; two instances on one host fail together");
      }
    }
    read.add(instance);
  }

  Optional<String> first() {
    return all.stream().findFirst().map(Instance::address);
  }
}
