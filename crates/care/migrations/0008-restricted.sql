-- Those whose whereabouts are restricted are few, and are asked for with every record that is weighed or shown.
CREATE INDEX identity_restricted_birth ON identity (birth) WHERE restricted = 1;
CREATE INDEX identity_restricted_number ON identity (nhs_number) WHERE restricted = 1;
