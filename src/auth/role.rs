//! The three roles in an organization or group and what they permit (CKAN 2.12, `authz.py`: `ROLE_PERMISSIONS`).

/// A member's capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Member,
    Editor,
    Admin,
}

/// What may be done in an organization or group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// See private datasets.
    Read,
    CreateDataset,
    UpdateDataset,
    DeleteDataset,
    /// Put datasets into a group and take them out.
    ManageGroup,
    /// Change members.
    Membership,
    /// Change or delete the organization or group itself.
    Admin,
}

impl Role {
    /// Every role, weakest first.
    pub const ALL: [Self; 3] = [Self::Member, Self::Editor, Self::Admin];

    /// From the text in the table and in parameters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// The text in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }

    /// As `member_list` shows it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Member => "Member",
            Self::Editor => "Editor",
            Self::Admin => "Admin",
        }
    }

    /// True when the role permits it; an admin may do everything.
    #[must_use]
    pub fn permits(self, permission: Permission) -> bool {
        match self {
            Self::Admin => true,
            Self::Editor => !matches!(permission, Permission::Membership | Permission::Admin),
            Self::Member => matches!(permission, Permission::Read | Permission::ManageGroup),
        }
    }
}

/// Reads the permission names of CKAN's actions (`organization_list_for_user`, …).
#[must_use]
pub fn permission_named(name: &str) -> Option<Permission> {
    Some(match name {
        "read" => Permission::Read,
        "create_dataset" => Permission::CreateDataset,
        "update_dataset" => Permission::UpdateDataset,
        "delete_dataset" => Permission::DeleteDataset,
        "manage_group" => Permission::ManageGroup,
        "membership" => Permission::Membership,
        "admin" | "update" | "delete" => Permission::Admin,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_permits_what_ckan_says() {
        let permissions = [Permission::Read, Permission::CreateDataset, Permission::ManageGroup, Permission::Membership];
        let table = |role: Role| permissions.map(|permission| role.permits(permission));
        assert_eq!(table(Role::Member), [true, false, true, false]);
        assert_eq!(table(Role::Editor), [true, true, true, false]);
        assert_eq!(table(Role::Admin), [true, true, true, true]);
    }
}
