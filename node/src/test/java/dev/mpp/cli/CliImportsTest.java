package dev.mpp.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class CliImportsTest {
  @Test
  void theCliKnowsTheWireOnly() {
    var classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.mpp.cli");
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.mpp.core..", "dev.mpp.node..", "dev.mpp.dns..")
        .check(classes);
  }
}
